"""The pages of recordings: which of them are listed, and what is said of one."""
