// Manifests for the tests of the renderer, made in memory.
#pragma once

#include <string>

#include "common/catalog/model.h"
#include "common/stitch/dockerfile.h"

namespace lif {

Module TestModule(Slot slot, const std::string& name, const std::string& fragment);

// Adds a module to the top of the stack.
void Push(ResolvedManifest* manifest, const Module& module);

// Base and template, no module.
ResolvedManifest EmptyManifest();

// Every feature once: arguments, files, secrets, mounts, heredoc, CMD below an ENTRYPOINT.
ResolvedManifest FullManifest();

RenderOptions Amd64();

// A status as its message, and a rendered text as itself: for comparisons.
std::string TextOrError(const ResolvedManifest& manifest, const RenderOptions& options = Amd64());

}  // namespace lif
