"""Pages of demands: registered, listed, acted on, imported."""
