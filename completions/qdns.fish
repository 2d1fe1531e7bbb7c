function _qdns_offers
    QDNS_COMPLETE=fish qdns -- (commandline --current-process --tokenize --cut-at-cursor) (commandline --current-token) 2>/dev/null
end
# Whether the argument is a file; this reads no database.
function _qdns_takes_file
    _QDNS_ONLY_FILES=1 _qdns_offers | string match --quiet '<files>'
end
complete --keep-order --exclusive --command qdns --arguments "(_qdns_offers | string match --invert '<files>')"
complete --force-files --command qdns --condition _qdns_takes_file
