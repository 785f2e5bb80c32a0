"""Rules as data: which version holds where and when, and what office does with them."""
