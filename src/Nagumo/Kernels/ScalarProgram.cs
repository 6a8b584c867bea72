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

    /// <summary>y = the expressions at x.</summary>
    public void Evaluate(ReadOnlySpan<double> x, Span<double> y)
    {
        if (x.Length < arguments || y.Length < values)
            Throw.Argument($"{x.Length} arguments and {y.Length} values: there are {arguments} and {values}.", nameof(x));
        fixed (
            double* from = x,
                to = y
        )
        {
            var operands = stackalloc Rows<double>[arguments + values];
            for (var i = 0; i < arguments; i++)
                operands[i] = new(from + i, 0);
            for (var i = 0; i < values; i++)
                operands[arguments + i] = new(to + i, 0);
            kernel.Run(new ReadOnlySpan<Rows<double>>(operands, arguments + values), 1, 1);
        }
    }

    /// <summary>value(x) − target of the first expression, with the second as slope, as a function of one argument.</summary>
    public readonly ref struct Along(ScalarProgram program, Span<double> arguments, int index, double target) : IIncreasing
    {
        private readonly Span<double> arguments = arguments;

        public (double Value, double Slope) At(double x)
        {
            Span<double> y = stackalloc double[2];
            arguments[index] = x;
            program.Evaluate(arguments, y);
            return (y[0] - target, y[1]);
        }
    }
}
