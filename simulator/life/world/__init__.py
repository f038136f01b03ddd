"""The world that the demo shows: Kestrel Outdoor, who sell tents, boots and stoves."""
