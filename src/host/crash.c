#include "host/crash.h"

#include <dlfcn.h>
#include <elf.h>
#include <execinfo.h>
#include <fcntl.h>
#include <link.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define FRAMES 48
#define SIGNAL_STACK ((size_t)64 << 10)

/* A signal handler has no argument of ours: these are set once, before threads start. */
static int report_fd = -1;
static __thread const char *thread_label;

static void put(const char *text)
{
	ssize_t ignored = write(report_fd, text, strlen(text));

	(void)ignored;
}

static void put_number(uintptr_t n, unsigned base)
{
	char text[2 + 2 * sizeof(n) * 4], *p = text + sizeof(text) - 1;

	*p = '\0';
	do
		*--p = "0123456789abcdef"[n % base];
	while (n /= base);
	if (base == 16)
		put("0x");
	put(p);
}

/* A binary mapped for reading. */
struct image {
	const char *p;
	size_t n;
};

static bool map_file(const char *path, struct image *image)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	void *p = MAP_FAILED;

	if (fd < 0)
		return false;
	if (fstat(fd, &st) == 0 && st.st_size > (off_t)sizeof(ElfW(Ehdr)))
		p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	if (p == MAP_FAILED)
		return false;
	image->p = p;
	image->n = (size_t)st.st_size;
	return memcmp(image->p, ELFMAG, SELFMAG) == 0;
}

/* The name of the function that covers `offset` in the symbol table of one kind; NULL: none. */
static const char *symbol_in(const struct image *image, uint32_t kind, uintptr_t offset)
{
	const ElfW(Ehdr) *head = (const void *)image->p;
	const ElfW(Shdr) *sections = (const void *)(image->p + head->e_shoff);

	if (head->e_shoff + (size_t)head->e_shnum * sizeof(*sections) > image->n)
		return NULL;
	for (unsigned i = 0; i < head->e_shnum; i++) {
		const ElfW(Shdr) *s = &sections[i];
		const ElfW(Sym) *symbols = (const void *)(image->p + s->sh_offset);
		const ElfW(Shdr) *strings;

		if (s->sh_type != kind || s->sh_link >= head->e_shnum || s->sh_offset + s->sh_size > image->n)
			continue;
		strings = &sections[s->sh_link];
		for (size_t k = 0; k < s->sh_size / sizeof(*symbols); k++)
			if (ELF64_ST_TYPE(symbols[k].st_info) == STT_FUNC && offset >= symbols[k].st_value &&
			    offset < symbols[k].st_value + symbols[k].st_size &&
			    strings->sh_offset + symbols[k].st_name < image->n)
				return image->p + strings->sh_offset + symbols[k].st_name;
	}
	return NULL;
}

static void put_frame(int number, void *address, bool is_return)
{
	uintptr_t pc = (uintptr_t)address - (is_return ? 1 : 0);
	struct image image = { 0 };
	const char *name = NULL;
	Dl_info info;

	put("  #");
	put_number((uintptr_t)number, 10);
	put(" ");
	if (!dladdr((void *)pc, &info) || !info.dli_fname) {
		put_number(pc, 16);
		put("\n");
		return;
	}
	/* The path that /proc gives for the program itself is the one that can be opened. */
	if (map_file(info.dli_fname, &image) || map_file("/proc/self/exe", &image)) {
		const ElfW(Ehdr) *head = (const void *)image.p;
		uintptr_t offset = head->e_type == ET_EXEC ? pc : pc - (uintptr_t)info.dli_fbase;

		name = symbol_in(&image, SHT_SYMTAB, offset);
		if (!name)
			name = symbol_in(&image, SHT_DYNSYM, offset);
	}
	put(name ? name : info.dli_sname ? info.dli_sname : "?");
	put(" (");
	put(info.dli_fname);
	put("+");
	put_number(pc - (uintptr_t)info.dli_fbase, 16);
	put(")\n");
}

static void on_fatal(int number, siginfo_t *info, void *context)
{
	void *frames[FRAMES];
	int n;

	(void)context;
	if (report_fd >= 0) {
		put(thread_label ? thread_label : "connect-host");
		put(": ");
		put(strsignal(number));
		if (number == SIGSEGV || number == SIGBUS) {
			put(" at address ");
			put_number((uintptr_t)info->si_addr, 16);
		}
		put("\n");
		n = backtrace(frames, FRAMES);
		for (int i = 2; i < n; i++) /* without this handler and the signal trampoline */
			put_frame(i - 2, frames[i], i > 2);
	}
	signal(number, SIG_DFL);
	raise(number);
}

void cw_crash_install(int fd)
{
	static const int fatal[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT };
	struct sigaction action = { .sa_sigaction = on_fatal, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESETHAND };
	void *warm[1];

	report_fd = fd;
	backtrace(warm, 1); /* loads what it needs now, not in a handler */
	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < sizeof(fatal) / sizeof(fatal[0]); i++)
		sigaction(fatal[i], &action, NULL);
	cw_crash_thread();
}

void cw_crash_label(const char *label)
{
	thread_label = label;
}

void cw_crash_thread(void)
{
	stack_t stack = { .ss_size = SIGNAL_STACK };

	stack.ss_sp = mmap(NULL, SIGNAL_STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (stack.ss_sp != MAP_FAILED)
		sigaltstack(&stack, NULL); /* kept as long as the thread: some 64 KiB of untouched memory */
}
