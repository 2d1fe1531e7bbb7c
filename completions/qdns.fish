complete --keep-order --exclusive --command qdns --arguments "(QDNS_COMPLETE=fish qdns -- (commandline --current-process --tokenize --cut-at-cursor) (commandline --current-token))"
