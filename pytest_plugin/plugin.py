"""Entry point of the plugin. It registers nothing yet: fixtures arrive with their own release."""
