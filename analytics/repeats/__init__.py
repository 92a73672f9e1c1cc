"""What an execution that runs each row several times tells: how steady its answers are."""
