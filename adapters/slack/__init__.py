"""The Slack room: payloads → messages, replies → Block Kit, and the app between them."""
