# fish completion for workerctl, which prints it itself.
workerctl completion fish | source
