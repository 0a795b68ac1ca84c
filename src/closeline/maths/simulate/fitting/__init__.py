"""Fitting: parameters of each sport's model, learned from games that were played and their closing lines."""
