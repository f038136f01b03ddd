"""A cluster of up to 150,000 pods for benchmarks: objects encoded beforehand, and changes at a steady rate."""
