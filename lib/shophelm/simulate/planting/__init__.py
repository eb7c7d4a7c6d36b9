"""The planted values in words: `planted` as entries of `truth.json`, each with its meaning."""
