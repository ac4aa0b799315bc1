/* rest_users - users, tokens and roles of a worker that is tested, and the header lines by which they say who they are. */
#ifndef CW_TESTS_REST_USERS_H
#define CW_TESTS_REST_USERS_H

/* Of "correct horse". */
#define SHA512                                                   \
	"$6$rounds=1000$iWSHu8g08mAWHu.u$f0hAVGxrvXLVUioOEBNvb/" \
	"EI2mswVqgB0t.mamEgovZLaPQxyZYXbUozv2GgKqVRAIMhZoWW9SATeTs7X5Fqe1"
#define ALICE "Authorization: Basic YWxpY2U6Y29ycmVjdCBob3JzZQ==\r\n" /* alice:correct horse */
#define WRONG "Authorization: Basic YWxpY2U6d3Jvbmc=\r\n"	      /* alice:wrong */
#define SLOW "Authorization: Basic c2xvdzpjb3JyZWN0IGhvcnNl\r\n"      /* slow:correct horse */
#define READER "Authorization: Bearer reader-reader-reader\r\n"
#define OPERATOR "Authorization: Bearer operator-operator\r\n"
#define NOBODY "Authorization: Bearer nobody-nobody-nobody\r\n"
#define EXPIRED "Authorization: Bearer expired-expired-exp\r\n"

/* The file of tokens; reader, operator, nobody, and one that has expired. */
extern const char rest_users_tokens[];

/* A worker's lines that name the files of users, tokens and roles; `users`: what is in the first. New. */
char *rest_users_lines(const char *users);

#endif
