"""Pages of what units have, what they ask for, and what helps them."""
