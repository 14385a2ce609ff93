"""What every drawing is made of: scenes of roles, themes, text widths, SVG, PNG and PDF, saving."""
