"""What may stand in the way of a campaign that runs by itself, looked at before it does."""
