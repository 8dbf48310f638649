"""Speed under load, each figure beside another in the same run."""
