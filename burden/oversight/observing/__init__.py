"""Observers (特邀监督员、监测点): what they see outside the offices, told to the reviewers."""
