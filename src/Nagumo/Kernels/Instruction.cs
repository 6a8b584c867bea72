using Nagumo.Symbolics;

namespace Nagumo.Kernels;

/// <summary>The operations of a kernel. Every width implements each with the same bits.</summary>
internal enum Op
{
    /// <summary>The number Value.</summary>
    Constant,

    /// <summary>Element of operand A, Value columns to the right.</summary>
    Load,

    /// <summary>Value of operand A for the row.</summary>
    LoadUniform,

    /// <summary>Entry B of table A (see <see cref="KernelProgram.Tables"/>); the index is the integer bits of B, modulo the table's length.</summary>
    Lookup,
    Add,
    Sub,
    Mul,
    Div,

    /// <summary>A·B + C, rounded once.</summary>
    Fma,

    /// <summary>C − A·B, rounded once.</summary>
    Fnma,
    Neg,
    Abs,
    Sqrt,

    /// <summary>A &lt; B ? A : B; so B where either is NaN.</summary>
    Min,

    /// <summary>A &gt; B ? A : B; so B where either is NaN.</summary>
    Max,

    /// <summary>A ≥ B ? C : D; so D where A or B is NaN.</summary>
    Select,

    /// <summary>|A| with the sign of B.</summary>
    CopySign,

    /// <summary>A · 2ⁿ by adding the low bits of B, B = magic + n, to A's exponent.</summary>
    Scale,

    /// <summary>For positive normal A the integer e for which A·2⁻ᵉ lies in [√½, √2), as B = magic + e.</summary>
    Exponent,

    /// <summary>A·2⁻ᵉ, in [√½, √2).</summary>
    Mantissa,

    /// <summary>The bits of A shifted right by Value, as an index for <see cref="Lookup"/>.</summary>
    Shift,
}

/// <summary>One node of a kernel's graph: an operation on earlier nodes.</summary>
internal readonly record struct Instruction(Op Op, int A = -1, int B = -1, int C = -1, int D = -1, double Value = 0)
{
    /// <summary>The earlier nodes that this one reads.</summary>
    public IEnumerable<int> Operands =>
        Op switch
        {
            Op.Constant or Op.Load or Op.LoadUniform => [],
            Op.Lookup => [B],
            _ => new[] { A, B, C, D }.Where(i => i >= 0),
        };
}
