"""The drawings of the lecture's own slides: sliding windows, dense rows, functions, maps, sizes, units."""
