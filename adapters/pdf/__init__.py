"""Reply → PDF, for what people keep."""
