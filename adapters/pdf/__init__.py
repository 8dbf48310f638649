"""Receipts as PDF files."""
