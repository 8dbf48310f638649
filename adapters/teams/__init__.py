"""Microsoft Teams: activity → message, Reply → Adaptive Card, and the one module that knows botbuilder."""
