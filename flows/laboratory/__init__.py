"""The laboratory's post: what goes out to be measured, and what comes back."""
