"""What the shop is: its tables, where they come from, and what each business term means."""
