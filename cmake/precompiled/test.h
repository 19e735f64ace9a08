// What most tests include.
#pragma once

#include "cmake/precompiled/common.h"
#include "tests/support/catch.h"
