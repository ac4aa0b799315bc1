/* warnings - what a worker, or a proxy before it, says in Warning fields of its answers. Pure. */
#ifndef CW_CTL_WARNINGS_H
#define CW_CTL_WARNINGS_H

/*
 * The text of the next warning in the value of such a field, of which it may have several: new. NULL: there is none
 * left. *at moves on, and begins at the value. What is no warning as HTTP has it is taken for a text as it stands.
 */
char *cw_warning_next(const char **at);

#endif
