// What the checks of single instructions share. Internal to common/fragment.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "common/fragment/fragment.h"
#include "common/fragment/fragment_checker.h"
#include "common/fragment/words.h"

namespace lif::fragment_check {

struct Context {
  const FragmentScope& scope;
  FragmentReport& report;
  // What the shell of RUN is at this point, as SHELL set it: whether it reads POSIX shell.
  bool posix_shell = true;

  void Report(int line, std::string field, std::string what, std::string remedy);

  // Notes a use of $NAME: declared by the module, by an ENV above, or free.
  void UseVariable(const std::string& name, int line, const std::string& field, bool runtime);
};

// Refuses flags that are not in `allowed`; true when all are.
bool CheckFlags(const Instruction& instruction, const std::vector<std::string>& allowed,
                Context* context);

// Notes the variables that BuildKit expands in `text`, which stands at `offset` of the
// instruction's text, and refuses a malformed "${".
void UseWordVariables(const Instruction& instruction, std::string_view text, size_t offset,
                      Context* context);

void CheckRun(const Instruction& instruction, Context* context);
void CheckCopy(const Instruction& instruction, Context* context);
void CheckAdd(const Instruction& instruction, Context* context);
void CheckEnv(const Instruction& instruction, Context* context);
void CheckLabel(const Instruction& instruction, Context* context);
void CheckWorkdir(const Instruction& instruction, Context* context);
void CheckUser(const Instruction& instruction, Context* context);
void CheckExpose(const Instruction& instruction, Context* context);
void CheckVolume(const Instruction& instruction, Context* context);
void CheckStopsignal(const Instruction& instruction, Context* context);
void CheckShell(const Instruction& instruction, Context* context);
void CheckHealthcheck(const Instruction& instruction, Context* context);
void CheckEntrypoint(const Instruction& instruction, Context* context);  // and CMD

}  // namespace lif::fragment_check
