#!/usr/bin/python3
"""Lists the NVIDIA GPUs of this machine as JSON and has each of them add two vectors.

Talks to the driver (libcuda) directly, so that no CUDA toolkit is needed. Exit codes: 0 all is well,
1 no driver, too few GPUs or a wrong result, 2 wrong usage.
"""
import argparse
import ctypes
import json
import sys

ELEMENTS = 1 << 16
THREADS = 256
MAJOR_ATTRIBUTE, MINOR_ATTRIBUTE = 75, 76

# out[i] = a[i] + b[i]. PTX is compiled by the driver for whatever GPU there is (sm_52 and later).
PTX = b"""
.version 6.0
.target sm_52
.address_size 64
.visible .entry add(.param .u64 a, .param .u64 b, .param .u64 out)
{
  .reg .u32 %r<5>;
  .reg .u64 %d<8>;
  .reg .f32 %f<4>;
  ld.param.u64 %d1, [a];
  ld.param.u64 %d2, [b];
  ld.param.u64 %d3, [out];
  mov.u32 %r1, %ctaid.x;
  mov.u32 %r2, %ntid.x;
  mov.u32 %r3, %tid.x;
  mad.lo.u32 %r4, %r1, %r2, %r3;
  mul.wide.u32 %d4, %r4, 4;
  add.u64 %d5, %d1, %d4;
  add.u64 %d6, %d2, %d4;
  add.u64 %d7, %d3, %d4;
  ld.global.f32 %f1, [%d5];
  ld.global.f32 %f2, [%d6];
  add.f32 %f3, %f1, %f2;
  st.global.f32 [%d7], %f3;
  ret;
}
"""


class GpuError(Exception):
    """The driver refused, or a result is wrong; the text says which."""


class Driver:
    """The part of the CUDA driver API that is needed here."""

    def __init__(self):
        try:
            self._cuda = ctypes.CDLL("libcuda.so.1")
        except OSError as error:
            raise GpuError(f"no NVIDIA driver in this container ({error}); "
                           "run it with --gpus all on a machine with GPUs") from None
        self.call("cuInit", 0)

    def call(self, function, *arguments):
        code = getattr(self._cuda, function)(*arguments)
        if code != 0:
            name = ctypes.c_char_p()
            self._cuda.cuGetErrorName(code, ctypes.byref(name))
            raise GpuError(f"{function}: {(name.value or b'error').decode()} ({code})")

    def count(self):
        count = ctypes.c_int()
        self.call("cuDeviceGetCount", ctypes.byref(count))
        return count.value

    def describe(self, index):
        device, memory = ctypes.c_int(), ctypes.c_size_t()
        major, minor = ctypes.c_int(), ctypes.c_int()
        name = ctypes.create_string_buffer(256)
        self.call("cuDeviceGet", ctypes.byref(device), index)
        self.call("cuDeviceGetName", name, len(name), device)
        self.call("cuDeviceTotalMem_v2", ctypes.byref(memory), device)
        self.call("cuDeviceGetAttribute", ctypes.byref(major), MAJOR_ATTRIBUTE, device)
        self.call("cuDeviceGetAttribute", ctypes.byref(minor), MINOR_ATTRIBUTE, device)
        return {
            "index": index,
            "name": name.value.decode(),
            "memory_bytes": memory.value,
            "compute_capability": f"{major.value}.{minor.value}",
        }

    def verify(self, index):
        """Adds two vectors on the device and compares with the sum computed here."""
        device, context = ctypes.c_int(), ctypes.c_void_p()
        self.call("cuDeviceGet", ctypes.byref(device), index)
        self.call("cuCtxCreate_v2", ctypes.byref(context), 0, device)
        try:
            return self._add_vectors()
        finally:
            self.call("cuCtxDestroy_v2", context)

    def _add_vectors(self):
        module, kernel = ctypes.c_void_p(), ctypes.c_void_p()
        self.call("cuModuleLoadData", ctypes.byref(module), ctypes.c_char_p(PTX))
        self.call("cuModuleGetFunction", ctypes.byref(kernel), module, b"add")
        vector = ctypes.c_float * ELEMENTS
        a = vector(*(i % 1000 for i in range(ELEMENTS)))
        b = vector(*(2 * (i % 500) for i in range(ELEMENTS)))
        out = vector()
        size = ctypes.sizeof(vector)
        buffers = [ctypes.c_uint64() for _ in range(3)]
        for buffer in buffers:
            self.call("cuMemAlloc_v2", ctypes.byref(buffer), ctypes.c_size_t(size))
        for buffer, data in zip(buffers, (a, b)):
            self.call("cuMemcpyHtoD_v2", buffer, data, ctypes.c_size_t(size))
        arguments = (ctypes.c_void_p * 3)(*(ctypes.addressof(buffer) for buffer in buffers))
        self.call("cuLaunchKernel", kernel, ELEMENTS // THREADS, 1, 1, THREADS, 1, 1, 0, None,
                  arguments, None)
        self.call("cuMemcpyDtoH_v2", out, buffers[2], ctypes.c_size_t(size))
        return all(out[i] == a[i] + b[i] for i in range(ELEMENTS))


def main():
    parser = argparse.ArgumentParser(prog="gpu-report", description=__doc__.splitlines()[0])
    parser.add_argument("--at-least", type=int, default=0, metavar="N", help="fail with fewer GPUs")
    arguments = parser.parse_args()
    try:
        driver = Driver()
        gpus = [driver.describe(index) for index in range(driver.count())]
        for gpu in gpus:
            gpu["verified"] = driver.verify(gpu["index"])
    except GpuError as error:
        sys.exit(f"gpu-report: {error}")
    print(json.dumps({"gpus": gpus}, indent=2))
    if len(gpus) < arguments.at_least:
        sys.exit(f"gpu-report: {len(gpus)} GPUs, {arguments.at_least} are needed")
    if not all(gpu["verified"] for gpu in gpus):
        sys.exit("gpu-report: a GPU computed a wrong sum")


if __name__ == "__main__":
    main()
