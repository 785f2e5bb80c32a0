"""因地制宜: what a unit asks to do otherwise, who decided it, and until when it holds."""
