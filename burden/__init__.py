"""基层减负平台: the project package and the write side."""
