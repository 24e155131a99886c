"""Commands that measure, each printing ratios against named peers."""
