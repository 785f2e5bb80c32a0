"""What the panels of the dashboard show: figures put in order, with their bars and cells; no HTML, no database."""
