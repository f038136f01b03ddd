"""What the detail pages say of an object: its decoded state turned into sentences and rows that templates print."""
