using Nagumo.Compute;
using Nagumo.Symbolics;

namespace Nagumo.Kernels;

/// <summary>Scalar double evaluation of some expressions, allocation-free: a kernel of one element.</summary>
internal sealed unsafe class ScalarProgram
{
    private const int MaxOperands = 64;

    private readonly Kernel<double> kernel;
    private readonly int arguments;
    private readonly int values;

    public ScalarProgram(IReadOnlyList<Symbol> arguments, IReadOnlyList<Expr> values)
    {
        (this.arguments, this.values) = (arguments.Count, values.Count);
        if (this.arguments + this.values > MaxOperands)
            throw new ArgumentException(
                $"A response may have {MaxOperands - this.values} parameters, not {this.arguments}.",
                nameof(arguments)
            );
        var simd = KernelCompiler.Available.Contains(Simd.Scalar) ? Simd.Scalar : Simd.Interpreter;
        kernel = KernelCompiler.Compile<double>(new("scalar", arguments, [], [.. values.Select(v => new Output(v))]), simd);
    }

    public void Evaluate(double* x, double* y)
    {
        var operands = stackalloc Rows<double>[arguments + values];
        for (var i = 0; i < arguments; i++)
            operands[i] = new(x + i, 0);
        for (var i = 0; i < values; i++)
            operands[arguments + i] = new(y + i, 0);
        kernel.Run(new ReadOnlySpan<Rows<double>>(operands, arguments + values), 1, 1);
    }

    /// <summary>value(x) − target of the first expression, with the second as slope, as a function of one argument.</summary>
    public readonly struct Along(ScalarProgram program, double* arguments, int index, double target, double sign = 1) : IIncreasing
    {
        public (double Value, double Slope) At(double x)
        {
            var y = stackalloc double[2];
            arguments[index] = x;
            program.Evaluate(arguments, y);
            return (sign * (y[0] - target), sign * y[1]);
        }
    }
}
