"""Trees: what is a leaf, what is a container, and what two structures have in common."""

from collections import OrderedDict, defaultdict, namedtuple
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd_cnn.errors import StructureError
from autograd_cnn.pytrees import check_same, flatten, mapped

Pair = namedtuple("Pair", "a b")


@dataclass(frozen=True)
class Frozen:
    a: object
    b: object = 0

    def __post_init__(self):
        if self.a == "refused":
            raise ValueError


trees = st.recursive(
    st.none() | st.integers() | st.text(max_size=2),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text(max_size=2), inner, max_size=3)
        | st.builds(Pair, inner, inner)
        | st.builds(lambda a, b: Frozen([a], b), inner, inner)
    ),
    max_leaves=12,
)


@given(trees)
def test_taking_apart_and_putting_together_gives_the_same(tree):
    leaves, structure = flatten(tree)
    assert structure.unflatten(leaves) == tree
    assert structure.leaves == len(leaves) == len(structure.paths())
    assert hash(structure) == hash(flatten(tree)[1])
    assert str(structure).count("*") >= len(leaves) or any("*" in str(x) for x in leaves)


def test_dicts_filled_in_another_order_have_the_same_structure():
    assert flatten({"a": 1, "b": 2})[1] == flatten({"b": 1, "a": 2})[1]
    assert flatten({"b": 1, "a": 2})[0] == [2, 1]


def test_a_dataclass_is_rebuilt_without_running_its_checks():
    _, structure = flatten(Frozen(1, 2))
    assert structure.unflatten(["refused", 3]).a == "refused"


def test_paths_read_like_python():
    tree = {"net": [Frozen(1, Pair(2, (3,)))]}
    assert flatten(tree)[1].paths("p") == ["p['net'][0].a", "p['net'][0].b.a", "p['net'][0].b.b[0]"]


def test_mapping_over_several_trees():
    assert mapped(lambda a, b: a + b, {"x": (1, 2)}, {"x": (10, 20)}) == {"x": (11, 22)}
    with pytest.raises(StructureError, match=r"it lacks \[1\](.|\n)*fits: the structure"):
        mapped(lambda a, b: a, [1, 2], [1])


def test_refusals():
    with pytest.raises(StructureError, match="2 leaves for a structure that has 1"):
        flatten([1])[1].unflatten([1, 2])
    with pytest.raises(StructureError, match=r"keys .* cannot be put in an order"):
        flatten({"a": 1, 2: 3})
    with pytest.raises(StructureError, match="another structure"):
        check_same("f", "x", flatten([1])[1], flatten((1,))[1])


def test_dicts_keep_their_type_and_an_ordered_one_its_order():
    tree = OrderedDict(b=1, a=2)
    leaves, structure = flatten(tree)
    assert leaves == [1, 2]
    assert structure.unflatten([3, 4]) == OrderedDict(b=3, a=4)
    assert type(mapped(lambda x: x, defaultdict(int, a=1))) is defaultdict
