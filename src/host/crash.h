/*
 * crash - the last words of a host: on a fatal signal it writes the signal, the task and a backtrace
 * with function names to a pipe that the worker reads, and dies of that signal.
 *
 * Names come from the symbol table of each binary (.symtab, else .dynsym), so static functions are
 * named too unless the binary is stripped.
 */
#ifndef CW_HOST_CRASH_H
#define CW_HOST_CRASH_H

/* Installs the handlers; reports go to fd. Call once, before threads start. */
void cw_crash_install(int fd);
/* What the calling thread works on ("task 0 of connector x"); borrowed while the thread runs. */
void cw_crash_label(const char *label);
/* Gives the calling thread a signal stack, so that a stack overflow can be reported. */
void cw_crash_thread(void);

#endif
