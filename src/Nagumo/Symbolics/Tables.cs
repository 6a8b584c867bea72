using System.Numerics;
using System.Runtime.CompilerServices;

namespace Nagumo.Symbolics;

/// <summary>The tables of a program in pinned memory that lives as long as this object.</summary>
internal sealed unsafe class Tables<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly T[][] arrays;

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
    }

    public T* this[int table] => (T*)Unsafe.AsPointer(ref arrays[table][0]);

    public int Mask(int table) => arrays[table].Length - 1;
}
