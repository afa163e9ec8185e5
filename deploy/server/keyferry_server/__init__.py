"""What `keyferry-server` does: answers asks, configuration says what is to be, steps makes it so, record undoes it."""
