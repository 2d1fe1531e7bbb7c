/* Looks a name up as a program on Alpine does: static, with musl's resolver.
 * Prints one address a line; exit 1 and the reason if there is none. */
#include <arpa/inet.h>
#include <netdb.h>
#include <stdio.h>
#include <sys/socket.h>

int main(int argc, char **argv)
{
    struct addrinfo hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM };
    struct addrinfo *list, *entry;
    char text[INET6_ADDRSTRLEN];
    int error;

    if (argc != 2) {
        fprintf(stderr, "usage: getaddrinfo NAME\n");
        return 2;
    }
    error = getaddrinfo(argv[1], NULL, &hints, &list);
    if (error) {
        fprintf(stderr, "%s: %s\n", argv[1], gai_strerror(error));
        return 1;
    }
    for (entry = list; entry; entry = entry->ai_next) {
        const void *address = entry->ai_family == AF_INET6
            ? (const void *)&((struct sockaddr_in6 *)entry->ai_addr)->sin6_addr
            : (const void *)&((struct sockaddr_in *)entry->ai_addr)->sin_addr;
        puts(inet_ntop(entry->ai_family, address, text, sizeof text));
    }
    freeaddrinfo(list);
    return 0;
}
