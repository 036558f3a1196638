const attempts = 4;

/** Does again what LanceDB gave up because of another commit. */
export async function retrying<Result>(act: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await act();
    } catch (error) {
      const conflict = /conflict|concurrent/i.test(error instanceof Error ? error.message : '');
      if (!conflict || attempt === attempts) throw error;
      await new Promise((resolve) => setTimeout(resolve, 30 * 2 ** attempt));
    }
  }
}
