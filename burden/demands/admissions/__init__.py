"""Admissions (准入): what is on no duty list is asked for first, and decided by the office within working days."""
