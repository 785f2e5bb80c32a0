"""Pages of accounts: login and keys, people and posts, people in bulk."""
