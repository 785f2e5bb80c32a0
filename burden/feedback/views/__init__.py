"""Pages of tickets: the anonymous channel, the own ones, the desk's inbox, responders, the public board."""
