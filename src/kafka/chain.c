#include "kafka/chain.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/mem.h"
#include "kafka/client.h"

#define SENT_VERSION 0x020800ff
#define CERTIFICATE "-----BEGIN CERTIFICATE-----"

bool cw_chain_is_sent(int version)
{
	return version >= SENT_VERSION;
}

static bool has_several(const char *pem)
{
	const char *first = strstr(pem, CERTIFICATE);

	return first && strstr(first + strlen(CERTIFICATE), CERTIFICATE);
}

/* A file in memory with that text; -1: there is none to be had. */
static int file_of(const char *text)
{
	int fd = memfd_create("certificates", MFD_CLOEXEC);
	ssize_t n = (ssize_t)strlen(text);

	if (fd < 0 || write(fd, text, (size_t)n) == n)
		return fd;
	close(fd);
	return -1;
}

int cw_chain_to_file(rd_kafka_conf_t *conf, int version)
{
	CW_AUTO_FREE char *pem = cw_client_text(conf, "ssl.certificate.pem");
	CW_AUTO_FREE char *path = NULL;
	char text[256];
	int fd;

	if (cw_chain_is_sent(version) || !has_several(pem) || (fd = file_of(pem)) < 0)
		return -1;
	path = cw_format("/proc/self/fd/%d", fd);
	if (access(path, R_OK) == 0 && rd_kafka_conf_set(conf, "ssl.certificate.location", path, text, sizeof(text)) == 0 &&
	    rd_kafka_conf_set(conf, "ssl.certificate.pem", NULL, text, sizeof(text)) == 0)
		return fd;
	close(fd);
	return -1;
}
