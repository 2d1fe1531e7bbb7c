_qdns() {
    local words=() rest=$COMP_LINE part word last
    # readline breaks words at = and : too; what no blank separates is one word to qdns.
    for ((part = 0; part <= COMP_CWORD; part++)); do
        word=${COMP_WORDS[part]}
        if [[ ${#words[@]} -eq 0 || -z $rest || $rest == [[:blank:]]* ]]; then
            rest=${rest#"${rest%%[![:blank:]]*}"}
            words+=("$word")
        else
            words[${#words[@]} - 1]+=$word
        fi
        rest=${rest#"$word"}
    done
    last=$((${#words[@]} - 1))
    # Only the part behind the last break is replaced; behind a break itself there is nothing yet.
    local before=${words[last]}
    [[ $word == [=:]* ]] || before=${before%"$word"}
    words[last]=$before$2
    local IFS=$'\013'
    COMPREPLY=($(
        _CLAP_IFS=$IFS _CLAP_COMPLETE_INDEX=$last QDNS_COMPLETE=bash qdns -- "${words[@]}" 2>/dev/null
    ))
    if [[ ${COMPREPLY-} == '<files>' ]]; then
        # Without candidates readline completes the file, with quotes where the name needs them.
        COMPREPLY=()
        compopt +o bashdefault -o default 2>/dev/null
        return
    fi
    COMPREPLY=("${COMPREPLY[@]#"$before"}")
    # The word goes on behind these.
    [[ ${COMPREPLY-} == *[=/:] ]] && compopt -o nospace 2>/dev/null
}
complete -o bashdefault -o nosort -F _qdns qdns 2>/dev/null || complete -o bashdefault -F _qdns qdns
