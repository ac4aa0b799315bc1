#include "rest/peer.h"

#include <netdb.h>
#include <pwd.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"

char *cw_peer_of_unix_socket(int fd)
{
	struct sockaddr_storage address = { 0 };
	socklen_t address_n = sizeof(address), n;
	struct ucred peer = { 0 };
	struct passwd entry, *found = NULL;
	char names[4096];

	n = sizeof(peer);
	if (getsockname(fd, (struct sockaddr *)&address, &address_n) != 0 || address.ss_family != AF_UNIX ||
	    getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &n) != 0)
		return NULL;
	if (getpwuid_r(peer.uid, &entry, names, sizeof(names), &found) == 0 && found)
		return cw_format("unix:%s", found->pw_name);
	return cw_format("unix:%lu", (unsigned long)peer.uid);
}

void cw_peer_address(int fd, char *out, size_t size)
{
	struct sockaddr_storage address = { 0 };
	socklen_t n = sizeof(address);

	if (getpeername(fd, (struct sockaddr *)&address, &n) != 0 ||
	    (address.ss_family != AF_UNIX &&
	     getnameinfo((struct sockaddr *)&address, n, out, (socklen_t)size, NULL, 0, NI_NUMERICHOST) != 0))
		snprintf(out, size, "?");
	else if (address.ss_family == AF_UNIX)
		snprintf(out, size, "unix");
}
