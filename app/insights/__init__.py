"""What support leads read: figures about resolution and response, each with the list that it counts. Reads only."""
