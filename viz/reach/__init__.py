"""How far one gradient reaches: gates, convolutions and dense layers, drawn as picture A draws pools."""
