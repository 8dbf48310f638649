"""What the guidance says: passages, entries and how to find them. Knows no people, cases or platforms."""
