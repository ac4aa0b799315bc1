/* unit - the main() of every unit test: runs CUnit suites, prints what failed, exits 1 on failure. */
#ifndef CW_TESTS_UNIT_H
#define CW_TESTS_UNIT_H

#include <CUnit/Basic.h>
#include <signal.h>
#include <stdlib.h>

static inline int cw_test_main(CU_SuiteInfo *suites)
{
	unsigned failed;

	/* As in the worker, the host and the store: a peer that has gone is an error of a write, not the end. */
	signal(SIGPIPE, SIG_IGN);
	if (CU_initialize_registry() != CUE_SUCCESS || CU_register_suites(suites) != CUE_SUCCESS) {
		fprintf(stderr, "CUnit: %s\n", CU_get_error_msg());
		return EXIT_FAILURE;
	}
	CU_basic_set_mode(CU_BRM_NORMAL);
	CU_basic_run_tests();
	failed = CU_get_number_of_failures() + CU_get_number_of_suites_failed();
	CU_cleanup_registry();
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

#endif
