using System.Numerics;
using System.Runtime.CompilerServices;
using Nagumo.Symbolics;

namespace Nagumo.Kernels;

/// <summary>The tables and constants of a program in pinned memory that lives as long as this object.</summary>
internal sealed unsafe class Tables<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly T[][] arrays;
    private readonly T[] constants;

    public Tables(KernelProgram program)
    {
        arrays = new T[program.Tables.Count][];
        for (var i = 0; i < arrays.Length; i++)
        {
            var values = program.Tables[i];
            arrays[i] = GC.AllocateUninitializedArray<T>(values.Length, pinned: true);
            for (var j = 0; j < values.Length; j++)
                arrays[i][j] = T.CreateTruncating(values[j]);
        }
        constants = GC.AllocateArray<T>(program.Nodes.Count, pinned: true);
        for (var i = 0; i < constants.Length; i++)
            constants[i] = T.CreateTruncating(program.Nodes[i].Op == Op.Constant ? program.Nodes[i].Value : 0);
    }

    public T* this[int table] => (T*)Unsafe.AsPointer(ref arrays[table][0]);

    /// <summary>The constant that is a node of the program.</summary>
    public T* Constant(int node) => (T*)Unsafe.AsPointer(ref constants[node]);

    public int Mask(int table) => arrays[table].Length - 1;
}
