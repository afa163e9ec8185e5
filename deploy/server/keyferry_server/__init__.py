"""What `keyferry-server` does: command_line asks, plan says what is to be, steps makes it so, record undoes it."""
