"""Make ``autograd_cnn/data/uci_digits.npz`` from the copy of the data set that scikit-learn ships.

How to run it, from the repository root::

    pip install scikit-learn
    python tools/make_digits.py            # writes the file and prints what SOURCE.md must say
    python tools/make_digits.py --check    # writes nothing; fails if the shipped file holds other values

`sklearn.datasets.load_digits` reads ``sklearn/datasets/data/digits.csv.gz``, which is the 1,797 images of
``optdigits.tes``, the test file of the UCI set. Nothing is changed but the type: float64 to uint8, which
loses nothing because every pixel is a whole number from 0 to 16. The archive carries fixed dates, so the
same zlib gives the same bytes.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import sys
import zipfile
from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits

TARGET = Path(__file__).resolve().parents[1] / "autograd_cnn" / "data" / "uci_digits.npz"


def source_arrays() -> dict[str, np.ndarray]:
    """Give the pixels, (1797, 8, 8), and the labels, (1797,), as uint8, in the order of the source."""
    bunch = load_digits()
    images, labels = bunch.images.astype(np.uint8), bunch.target.astype(np.uint8)
    if not (np.array_equal(images, bunch.images) and np.array_equal(labels, bunch.target)):
        raise SystemExit("the source holds values that uint8 cannot")
    return {"images": images, "labels": labels}


def packed(arrays: dict[str, np.ndarray]) -> bytes:
    """Give the bytes of an .npz archive without pickles and with a fixed date."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, array in arrays.items():
            member = io.BytesIO()
            np.lib.format.write_array(member, array, allow_pickle=False)
            info = zipfile.ZipInfo(f"{name}.npy", date_time=(1998, 7, 1, 0, 0, 0))
            archive.writestr(info, member.getvalue(), zipfile.ZIP_DEFLATED, compresslevel=9)
    return out.getvalue()


def main() -> int:
    parser = argparse.ArgumentParser(description="Make the digits file that the package ships.")
    parser.add_argument("--check", action="store_true", help="compare only, write nothing")
    check = parser.parse_args().check

    arrays = source_arrays()
    if check:
        with np.load(TARGET, allow_pickle=False) as shipped:
            same = all(np.array_equal(shipped[name], array) for name, array in arrays.items())
        print(f"{TARGET.name}: {'the same values' if same else 'OTHER VALUES'} as the source")
        return 0 if same else 1

    data = packed(arrays)
    TARGET.write_bytes(data)
    print(f"{TARGET.name}: {len(data)} bytes, sha256 {hashlib.sha256(data).hexdigest()}")
    for name, array in arrays.items():
        print(f"{name}: {array.dtype} {array.shape}, sha256 {hashlib.sha256(array.tobytes()).hexdigest()}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
